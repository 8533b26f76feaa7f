/** A picture, which is plain DOM, in its place in the page. */

import { useEffect, useRef } from "preact/hooks";

import type { Picture } from "../pictures/picture.ts";
import { useLoaded } from "./api.ts";
import { Failure, Loading } from "./states.tsx";

interface MountedProps {
  /** Changes where the picture does. */
  readonly of: string;
  readonly make: (pictures: typeof import("../pictures/picture.ts")) => Picture;
}

/** The code that draws is loaded with the first picture. */
export function Mounted({ of, make }: MountedProps) {
  const place = useRef<HTMLDivElement>(null);
  const { data: pictures, error, again } = useLoaded("pictures", () => import("../pictures/picture.ts"));
  useEffect(() => {
    if (!pictures) return;
    const picture = make(pictures);
    place.current!.replaceChildren(picture.element);
    return () => picture.dispose();
  }, [pictures, of]);
  if (error) return <Failure error={error} again={again} />;
  if (!pictures) return <Loading what="the picture" />;
  return <div class="picture-place" ref={place} />;
}

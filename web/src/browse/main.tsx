import { render } from "preact";

import { Page } from "./page.tsx";
import { followLinks } from "./route.ts";
import "./style.css";

followLinks();
render(<Page />, document.getElementById("page")!);

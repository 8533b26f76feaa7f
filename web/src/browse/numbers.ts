/** Numbers as they are written: grouped, with a noun in the right number. */

const GROUPED = new Intl.NumberFormat("en");
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function grouped(count: number): string {
  return GROUPED.format(count);
}

/** "1 spec", "3,202 specs"; `many` where an s does not make the plural. */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : many}`;
}

/** A byte count in binary units, with three digits. */
export function bytes(count: number): string {
  const unit = Math.min(UNITS.length - 1, count > 0 ? Math.floor(Math.log2(count) / 10) : 0);
  const value = count / 1024 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${UNITS[unit]}`;
}

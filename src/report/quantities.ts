/** `45 ms`, `0.4 s`, `12.3 s`, `2 min 10 s`, `3 h 5 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 99.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** `31072` as `31,072`; a fraction with three digits. */
export function formatCount(value: number): string {
  if (!Number.isInteger(value)) return value < 100 ? value.toPrecision(3) : formatCount(Math.round(value));
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A metric's value: four significant digits, integers whole. */
export function formatMetric(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

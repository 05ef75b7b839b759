/** blessed-contrib's single widget files, which have no types. */
declare module 'blessed-contrib/lib/widget/charts/line.js' {
  const Line: unknown;
  export default Line;
}

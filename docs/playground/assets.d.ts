/** What a bundler makes of a file: its address, or styles in the page. */
declare module '*?url' {
  const address: string;
  export default address;
}
declare module '*.css';

declare module '*/demo/build.mjs' {
  export function buildDemo(
    folder: string,
    options?: { dictionary?: boolean },
  ): Promise<{ firstView: string[] }>
}
declare module '*/demo/serve.mjs' {
  export function serve(
    folder: string,
    options?: { port?: number; isolated?: boolean },
  ): Promise<{ origin: string; close(): Promise<void> }>
}

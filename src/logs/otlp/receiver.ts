/** Where logs of OpenTelemetry go, and who sends them. */
export interface OtlpReceiver {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly node: string;
  readonly host: string;
  /** Of the program. */
  readonly version: string;
}

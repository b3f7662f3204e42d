/** The messages of tensorflow/core/util/event.proto and framework/summary.proto that are written here, by their field numbers. */
import { PbfWriter } from 'pbf';

export type Value =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly image: { readonly width: number; readonly height: number; readonly channels: 1 | 3; readonly png: Uint8Array } }
  /** Markdown. */
  | { readonly tag: string; readonly text: string };

export interface Event {
  /** Since 1970. */
  readonly seconds: number;
  readonly step: number;
  /** What the file begins with, a session, or values. */
  readonly what: { readonly version: string } | { readonly session: 'start' } | { readonly values: readonly Value[] };
}

const SESSION_START = 1;
const DATA_CLASS_TENSOR = 2;
const DT_STRING = 7;

export function encodeEvent(event: Event): Uint8Array {
  const writer = new PbfWriter();
  writeEvent(event, writer);
  return writer.finish();
}

function writeEvent({ seconds, step, what }: Event, writer: PbfWriter): void {
  writer.writeDoubleField(1, seconds);
  writer.writeVarintField(2, step);
  if ('version' in what) writer.writeStringField(3, what.version);
  else if ('session' in what) writer.writeMessage(7, (status: number, log) => log.writeVarintField(1, status), SESSION_START);
  else writer.writeMessage(5, writeSummary, what.values);
}

function writeSummary(values: readonly Value[], writer: PbfWriter): void {
  for (const value of values) writer.writeMessage(1, writeValue, value);
}

function writeValue(value: Value, writer: PbfWriter): void {
  writer.writeStringField(1, value.tag);
  if ('scalar' in value) writer.writeFloatField(2, value.scalar);
  else if ('image' in value) writer.writeMessage(4, writeImage, value.image);
  else {
    writer.writeMessage(8, writeText, value.text);
    writer.writeMessage(9, writeTextPlugin, 'text');
  }
}

function writeImage({ width, height, channels, png }: Extract<Value, { image: unknown }>['image'], writer: PbfWriter): void {
  writer.writeVarintField(1, height);
  writer.writeVarintField(2, width);
  writer.writeVarintField(3, channels);
  writer.writeBytesField(4, png);
}

/** A tensor of no dimensions. */
function writeText(text: string, writer: PbfWriter): void {
  writer.writeVarintField(1, DT_STRING);
  writer.writeMessage(2, () => undefined, undefined);
  writer.writeBytesField(8, new TextEncoder().encode(text));
}

function writeTextPlugin(plugin: string, writer: PbfWriter): void {
  writer.writeMessage(1, (name: string, data) => data.writeStringField(1, name), plugin);
  writer.writeVarintField(4, DATA_CLASS_TENSOR);
}

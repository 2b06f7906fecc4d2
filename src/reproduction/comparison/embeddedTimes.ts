/**
 * Formats that carry the time of writing inside: gzip, tar (also in gzip), zip (and what is built on it: npz, pt, keras,
 * xlsx, whl), PDF, SVG. Invariant: only bytes that hold a time by the format's own rules are ever taken out.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { blankTar } from './blankTar.ts';

/** Larger files are not looked into. */
const maxBytes = 256 * 1024 * 1024;

/**
 * Whether two files of different content are equal once embedded times are left out. False when the format is not
 * one of the known ones, the files are too large, or either cannot be read.
 */
export async function differOnlyInTimes(first: string, second: string): Promise<boolean> {
  const [a, b] = await Promise.all([withoutTimes(first), withoutTimes(second)]);
  return a !== undefined && b !== undefined && digest(a) === digest(b);
}

/** The content with every embedded time set to zero, or undefined for a format without any. */
export function blankTimes(content: Buffer): Buffer | undefined {
  if (content.length >= 18 && content[0] === 0x1f && content[1] === 0x8b) return blankGzip(content);
  if (content.length >= 22 && content.readUInt32LE(0) === localHeader) return blankZip(content);
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') return blankText(content, pdfTimes);
  if (/<svg[\s>]/.test(content.subarray(0, 4096).toString('latin1'))) return blankText(content, svgTimes);
  return blankTar(content);
}

async function withoutTimes(path: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      return size > maxBytes ? undefined : blankTimes(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * RFC 1952: MTIME is bytes 4 to 7. Of an archive what is in it, because its times are packed with it, and what they are
 * packed by tells nothing.
 */
function blankGzip(content: Buffer): Buffer {
  const archive = archiveIn(content);
  if (archive !== undefined) return archive;
  const blank = Buffer.from(content);
  blank.fill(0, 4, 8);
  return blank;
}

/** Undefined where it holds no tar archive, is damaged, or holds more than is looked into. */
function archiveIn(content: Buffer): Buffer | undefined {
  try {
    return blankTar(gunzipSync(content, { maxOutputLength: maxBytes }));
  } catch {
    return undefined;
  }
}

// APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16: little-endian signatures.
const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;

/** Walks the central directory; undefined when it cannot be found (zip64, or not a zip file after all). */
function blankZip(content: Buffer): Buffer | undefined {
  const blank = Buffer.from(content);
  let end = content.length - 22;
  const lowest = Math.max(0, end - 0xffff);
  while (end >= lowest && content.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < lowest) return undefined;
  let at = content.readUInt32LE(end + 16);
  const entries = content.readUInt16LE(end + 10);
  for (let entry = 0; entry < entries; entry += 1) {
    if (at + 46 > content.length || content.readUInt32LE(at) !== centralHeader) return undefined;
    blank.fill(0, at + 12, at + 16);
    const local = content.readUInt32LE(at + 42);
    if (local + 30 > content.length || content.readUInt32LE(local) !== localHeader) return undefined;
    blank.fill(0, local + 10, local + 14);
    at += 46 + content.readUInt16LE(at + 28) + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
  }
  return blank;
}

const pdfTimes = /\/(CreationDate|ModDate)\s*\((?:[^()\\]|\\.)*\)|\/ID\s*\[[^\]]*\]/g;
const svgTimes = /<dc:date>[^<]*<\/dc:date>/g;

function blankText(content: Buffer, times: RegExp): Buffer {
  return Buffer.from(content.toString('latin1').replace(times, ''), 'latin1');
}

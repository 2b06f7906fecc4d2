/** A name for a run that its program gave none, as MLflow's server invents one: `quiet-heron-417`. */
import { randomInt } from 'node:crypto';

const first =
  'able agile amber bold brave bright calm clean clear crisp deep eager fair fine gentle glad grand keen kind light lively lucky mild neat nimble noble plain proud quick quiet rapid ready sharp sleek smooth solid steady swift tidy warm wise'.split(
    ' ',
  );
const second =
  'ant bear bee bird carp cat colt crab crane crow deer dove duck eagle elk falcon finch fish fox frog goose hare hawk heron horse jay kite lark loon lynx mink mole moth newt otter owl perch pike quail ray robin seal shrew skink snail stork swan tern toad trout wren'.split(
    ' ',
  );

export function inventName(): string {
  const one = (words: readonly string[]): string => words[randomInt(words.length)] ?? 'plain';
  return `${one(first)}-${one(second)}-${randomInt(1000)}`;
}

// Runs an ELM library over cases: node run.mjs LIBRARY.json [--time] < cases, one JSON object a line.
// The first line of the input names the definitions that are asked for; each further line is a case
// {"patient": {...}, "lesions": [{...}, ...]} and gives one line: for each definition its answers, one letter for
// the patient or one for each lesion: T, F, U for null, ? for anything else.
// With --time a last line says how much processor time loading and each case took: {"load": ms, "cases": [ms, ...]}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import cql from 'cql-execution';

const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const started = spent();
const library = new cql.Library(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const executor = new cql.Executor(library);
const times = { load: spent() - started, cases: [] };

class Source {
  constructor(input) {
    const record = { ...input.patient, lesions: input.lesions.map((lesion, position) => ({ ...lesion, position })) };
    this.patients = [{ getId: () => 'case', findRecords: () => [record] }];
  }
  currentPatient() { return this.patients[0]; }
  nextPatient() { this.patients.shift(); return this.patients[0]; }
}

const letter = (value) => (value === true ? 'T' : value === false ? 'F' : value == null ? 'U' : '?');
const letters = (value) => (Array.isArray(value) ? value.map(letter).join('') : letter(value));

let asked;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const input = JSON.parse(line);
  if (asked === undefined) {
    asked = input;
    continue;
  }
  const source = new Source(input);
  const begun = spent();
  const results = (await executor.exec(source)).patientResults.case;
  times.cases.push(spent() - begun);
  process.stdout.write(asked.map((name) => letters(results[name])).join(' ') + '\n');
}
if (process.argv.includes('--time')) process.stdout.write(JSON.stringify(times) + '\n');

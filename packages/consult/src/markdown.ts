// The report as Markdown, for people and for files.

import type { ConsultReport, Finding, JudgeReport, Judgement, ReviewerReport } from '@parley/schema';
import { fence } from './fence.ts';
import { nameOf } from './request.ts';

export interface MarkdownOptions {
  /** `all`: every answer as it was given; `unread`: only words that the report could not take apart. */
  readonly answers: 'all' | 'unread';
}

/** The whole report, fit for a file and for a terminal. */
export function markdownOf(report: ConsultReport, { answers }: MarkdownOptions = { answers: 'all' }): string {
  const { request, reviewers, judge, limitations } = report;
  const given = answers === 'all' ? (request.answers ?? []) : [];
  const told = [...reviewers, ...(judge === undefined ? [] : [judge])].filter(
    (one) => answers === 'all' || isUnread(one),
  );
  const parts = [
    `# ${request.kind === 'consensus' ? 'Claim' : 'Question'}: ${oneLine(request.question)}`,
    conclusionOf(report),
    reviewers.length === 0 ? '' : `## Reviewers\n\n${list(reviewers.map(reviewerLine))}`,
    findingsPart(reviewers),
    judge === undefined ? '' : judgePart(judge, reviewers),
    limitations.length === 0 ? '' : `## Limitations\n\n${list(limitations)}`,
    given.length === 0 ? '' : `## Given\n\n${given.map((answer) => fence(answer)).join('\n\n')}`,
    told.length === 0 ? '' : `## Answers\n\n${told.map(answerPart).join('\n\n')}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** There are words, and what they say stands nowhere else in the report. */
function isUnread(part: ReviewerReport | JudgeReport): boolean {
  if (part.state !== 'answered') return false;
  return 'judgement' in part
    ? part.judgement?.form === 'prose'
    : !('reading' in part) || part.reading?.form !== 'structured';
}

/** What it comes to, in a few sentences. */
function conclusionOf({ status, agreement, confidence }: ConsultReport): string {
  const sentences = [
    `Status: ${status}.`,
    ...(agreement === undefined
      ? []
      : agreement.state === 'agree'
        ? [`All that took a side say **${agreement.verdict}** (${agreement.comparable} of ${agreement.asked}).`]
        : agreement.state === 'disagree'
          ? [`**They disagree** (${agreement.comparable} of ${agreement.asked} took a side).`]
          : [`Nothing to compare: ${agreement.comparable} of ${agreement.asked} took a side.`]),
    // Where nothing can be compared, the reason is the count above.
    ...(confidence === undefined
      ? []
      : [
          `Confidence: **${confidence.level}**.${agreement?.state === 'not-comparable' ? '' : ` ${confidence.reason}`}`,
        ]),
  ];
  const signals = agreement?.signals ?? [];
  return `${sentences.join(' ')}${signals.length === 0 ? '' : `\n\n${list(signals)}`}`;
}

function reviewerLine(reviewer: ReviewerReport): string {
  const { label, reading, error } = reviewer;
  const isRead = reading !== undefined && 'verdict' in reading;
  const sure = isRead && reading.confidence !== undefined ? ` (confidence ${reading.confidence})` : '';
  const words = isRead ? reading.summary : (error?.message ?? '');
  return `**${label}, ${nameOf(reviewer)}**: ${outcomeOf(reviewer)}${sure}${words === '' ? '' : `. ${words}`}`;
}

/** The verdict, or what there is instead of one. */
export function outcomeOf({ state, reading }: Pick<ReviewerReport, 'state' | 'reading'>): string {
  if (state !== 'answered' || reading === undefined) return state;
  return 'verdict' in reading ? reading.verdict : 'no readable verdict';
}

function findingsPart(reviewers: readonly ReviewerReport[]): string {
  const lines = reviewers.flatMap((one) =>
    one.reading !== undefined && 'verdict' in one.reading
      ? one.reading.findings.map((finding) => `${findingLine(finding)} — ${nameOf(one)}`)
      : [],
  );
  return lines.length === 0 ? '' : `## Findings\n\n${list(lines)}`;
}

/** On one line: severity, title, place and detail. */
function findingLine({ severity, title, detail, file, line }: Finding): string {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return `${severity}: ${oneLine(title)}${place}${detail === '' ? '' : `. ${oneLine(detail)}`}`;
}

function judgePart(judge: JudgeReport, reviewers: readonly ReviewerReport[]): string {
  const head = `## Judge: ${nameOf(judge)}`;
  const { judgement } = judge;
  if (judgement === undefined) return `${head}\n\nNo judgement: ${judge.reason ?? judge.error?.message ?? judge.state}`;
  if (judgement.form !== 'structured')
    return `${head}\n\n${judgement.form === 'empty' ? 'Silent.' : 'See its words below.'}`;
  return [head, ...judgementLines(judgement, (label) => whose(label, reviewers))].join('\n\n');
}

/** What a judge says, in paragraphs. `name` tells whose answer a label means. */
function judgementLines(
  judgement: Extract<Judgement, { readonly form: 'structured' }>,
  name: (label: string) => string,
): readonly string[] {
  const { summary, verdict, best, ranking, agreements, disagreements, recommendation, limitations } = judgement;
  const section = (title: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : [`${title}:\n\n${list(texts)}`];
  return [
    summary,
    ...(verdict === undefined ? [] : [`Verdict: ${verdict}.`]),
    ...(best === undefined ? [] : [`Best: ${name(best)}.`]),
    ...section(
      'Ranking',
      ranking.map(({ answer, strengths, weaknesses }) =>
        [`${name(answer)}`, ...strengths.map((text) => `+ ${text}`), ...weaknesses.map((text) => `− ${text}`)].join(
          '; ',
        ),
      ),
    ),
    ...section('Agreed', agreements),
    ...section('Disputed', disagreements),
    ...(recommendation === undefined ? [] : [`Recommendation: ${recommendation}`]),
    ...section('Limitations', limitations),
  ];
}

/** `A, codex`, where the label is a reviewer's. */
function whose(label: string, reviewers: readonly ReviewerReport[]): string {
  const reviewer = reviewers.find((one) => one.label === label);
  return reviewer === undefined ? label : `${label}, ${nameOf(reviewer)}`;
}

function answerPart(part: ReviewerReport | JudgeReport): string {
  const title = 'label' in part ? `${part.label}: ${nameOf(part)}` : `Judge: ${nameOf(part)}`;
  const receipt =
    part.sessionId === undefined ? '' : `\n\nSession \`${part.sessionId}\`, turn \`${part.turnIds.join('`, `')}\`.`;
  return `### ${title}${receipt}\n\n${part.answer === undefined || part.answer.trim() === '' ? `_${part.state}_` : fence(part.answer)}`;
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `- ${oneLine(text)}`).join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

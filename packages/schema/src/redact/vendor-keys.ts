// Keys that are known by how they begin. Facts from the vendors' documentation and from secret scanners' public lists.

interface VendorKey {
  readonly begins: string;
  /** Characters after the beginning, at least: shorter words are words. */
  readonly more: number;
  /** It holds dots. */
  readonly dotted?: true;
  /** It needs a digit: its beginning is one that words may have too. */
  readonly digit?: true;
}

const vendorKeys: readonly VendorKey[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek and many others.
  { begins: 'sk-', more: 16, digit: true },
  { begins: 'sess-', more: 30, digit: true },
  { begins: 'AIza', more: 30 },
  { begins: 'AQ.', more: 30, dotted: true },
  { begins: 'ya29.', more: 20, dotted: true },
  { begins: 'GOCSPX-', more: 20 },
  { begins: 'xai-', more: 20, digit: true },
  { begins: 'gsk_', more: 20 },
  { begins: 'hf_', more: 20 },
  { begins: 'r8_', more: 20 },
  { begins: 'pplx-', more: 20 },
  { begins: 'csk-', more: 20, digit: true },
  { begins: 'nvapi-', more: 20 },
  { begins: 'tvly-', more: 16, digit: true },
  { begins: 'lsv2_', more: 20 },
  { begins: 'ghp_', more: 20 },
  { begins: 'gho_', more: 20 },
  { begins: 'ghu_', more: 20 },
  { begins: 'ghs_', more: 20 },
  { begins: 'ghr_', more: 20 },
  { begins: 'github_pat_', more: 20 },
  { begins: 'glpat-', more: 16 },
  { begins: 'gldt-', more: 16 },
  { begins: 'glrt-', more: 16 },
  { begins: 'ATATT', more: 30 },
  { begins: 'ATBB', more: 20, digit: true },
  { begins: 'xoxb-', more: 10 },
  { begins: 'xoxp-', more: 10 },
  { begins: 'xoxa-', more: 10 },
  { begins: 'xoxr-', more: 10 },
  { begins: 'xoxs-', more: 10 },
  { begins: 'xoxe-', more: 10 },
  { begins: 'xoxc-', more: 10 },
  { begins: 'xoxd-', more: 10 },
  { begins: 'xapp-', more: 10 },
  { begins: 'AKIA', more: 16 },
  { begins: 'ASIA', more: 16 },
  { begins: 'ABSK', more: 30 },
  { begins: 'sk_live_', more: 16 },
  { begins: 'sk_test_', more: 16 },
  { begins: 'rk_live_', more: 16 },
  { begins: 'rk_test_', more: 16 },
  { begins: 'whsec_', more: 16 },
  { begins: 'SG.', more: 20, dotted: true },
  { begins: 'npm_', more: 30 },
  { begins: 'pypi-', more: 30, digit: true },
  { begins: 'dckr_pat_', more: 16 },
  { begins: 'dop_v1_', more: 30 },
  { begins: 'shpat_', more: 20 },
  { begins: 'lin_api_', more: 20 },
  { begins: 'figd_', more: 20 },
  { begins: 'ntn_', more: 30 },
  { begins: 'sntrys_', more: 20 },
  { begins: 'hvs.', more: 20, dotted: true },
  { begins: 'AGE-SECRET-KEY-', more: 20 },
];

const byFirst = Map.groupBy(vendorKeys, ({ begins }) => begins.charCodeAt(0));

/** The kind of key that begins at this place, if one does; `to` is where its word ends. */
export function vendorKeyAt(text: string, from: number, to: number): VendorKey | undefined {
  return byFirst.get(text.charCodeAt(from))?.find(({ begins, more, dotted, digit }) => {
    if (!text.startsWith(begins, from)) return false;
    // What follows a dot is measured by who goes on reading.
    if (dotted === true) return true;
    return to - from - begins.length >= more && (digit !== true || /\d/.test(text.slice(from, to)));
  });
}

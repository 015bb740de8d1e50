// Variables that hold keys of model vendors, whoever reads them: an agent gets its own vendor's, and those that the configuration lets
// through (`allow_env`).

/** By the names that the vendors' own SDKs and the big multi-vendor clients read. */
export const vendorKeys: readonly string[] = [
  'AI_GATEWAY_API_KEY',
  'ALIBABA_API_KEY',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'AWS_BEARER_TOKEN_BEDROCK',
  'AZURE_API_KEY',
  'AZURE_OPENAI_API_KEY',
  'BASETEN_API_KEY',
  'CEREBRAS_API_KEY',
  'COHERE_API_KEY',
  'DASHSCOPE_API_KEY',
  'DEEPINFRA_API_KEY',
  'DEEPSEEK_API_KEY',
  'FIREWORKS_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'GROK_API_KEY',
  'GROQ_API_KEY',
  'HF_TOKEN',
  'HUGGINGFACE_API_KEY',
  'KIMI_API_KEY',
  'MINIMAX_API_KEY',
  'MISTRAL_API_KEY',
  'MOONSHOT_API_KEY',
  'NVIDIA_API_KEY',
  'OPENAI_API_KEY',
  'OPENROUTER_API_KEY',
  'PERPLEXITY_API_KEY',
  'REPLICATE_API_TOKEN',
  'TOGETHER_API_KEY',
  'VERCEL_OIDC_TOKEN',
  'XAI_API_KEY',
  'ZAI_API_KEY',
  'ZHIPU_API_KEY',
];

/** Variables that are Parley's business, its credentials among them: nothing that it starts gets them. */
export function isParleys(name: string): boolean {
  return name.startsWith('PARLEY_') || name === 'LLM_GATEWAY_AUTH_TOKEN';
}

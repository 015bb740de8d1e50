import { fillColumn } from './play.ts';

fillColumn('grok', 'vibe-kit');

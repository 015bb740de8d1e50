import { fillColumn } from './play.ts';

fillColumn('kimi', 'legacy-print');

import { fillColumn } from './play.ts';

fillColumn('codex', 'exec');

import { fillColumn } from './play.ts';

fillColumn('codex', 'app-server');

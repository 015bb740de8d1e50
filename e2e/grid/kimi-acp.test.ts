import { fillColumn } from './play.ts';

fillColumn('kimi', 'acp');

import { fillColumn } from './play.ts';

fillColumn('kimi', 'wire');

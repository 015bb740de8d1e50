import { fillColumn } from './play.ts';

fillColumn('kimi', 'print');

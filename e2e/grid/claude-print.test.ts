import { fillColumn } from './play.ts';

fillColumn('claude', 'print');

import { fillColumn } from './play.ts';

fillColumn('vibe', 'print');

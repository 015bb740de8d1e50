import { fillColumn } from './play.ts';

fillColumn('claude', 'stream-json');

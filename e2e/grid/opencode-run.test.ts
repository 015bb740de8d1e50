import { fillColumn } from './play.ts';

fillColumn('opencode', 'run');

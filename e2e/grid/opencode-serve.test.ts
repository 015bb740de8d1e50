import { fillColumn } from './play.ts';

fillColumn('opencode', 'serve');

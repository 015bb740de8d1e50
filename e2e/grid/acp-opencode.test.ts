import { fillColumn } from './play.ts';

fillColumn('acp:opencode', 'acp');

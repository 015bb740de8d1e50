import { fillColumn } from './play.ts';

fillColumn('gemini', 'acp');

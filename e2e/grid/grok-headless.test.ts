import { fillColumn } from './play.ts';

fillColumn('grok', 'headless');

// The real claude behind the real daemon.
import { behavesBehindParley } from './behaviours.ts';

behavesBehindParley('claude');

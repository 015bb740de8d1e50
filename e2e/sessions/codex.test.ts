// The real codex behind the real daemon.
import { behavesBehindParley } from './behaviours.ts';

behavesBehindParley('codex');

"""The record, and the utterance that becomes one."""

"""The Onderwijs Serviceregister (OSR): who may exchange messages on behalf of a school."""

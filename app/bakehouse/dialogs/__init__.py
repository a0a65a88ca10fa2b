"""One small question each; dialogs collect answers and never touch a store."""

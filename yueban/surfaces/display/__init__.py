"""Hall boards and the event stream behind them."""

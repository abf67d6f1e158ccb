"""REST v1 for channels (app, mini-program, websites, kiosks), staff programs and the upper platform."""

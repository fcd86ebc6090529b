"""The application shell: command line, main window, actions, playback, settings. Nobody imports it."""

@node "%~dp0provider.cjs" %*

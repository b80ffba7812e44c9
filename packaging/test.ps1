# The project's test command:  powershell -ExecutionPolicy Bypass -File packaging\test.ps1
# What is given goes to pytest:  packaging\test.ps1 tests\unit -x
Set-Location (Join-Path $PSScriptRoot "..")
. (Join-Path $PSScriptRoot "prepare.ps1")
$Uv = Get-Uv
Install-Packages $Uv @()
# Tests never need a screen; a window that flashes up would only be in the way.
$env:QT_QPA_PLATFORM = "offscreen"
Invoke-Step $Uv @("run", "--no-sync", "ruff", "check", ".")
Invoke-Step $Uv @("run", "--no-sync", "ruff", "format", "--check", ".")
Invoke-Step $Uv @("run", "--no-sync", "lint-imports")
Invoke-Step $Uv @("run", "--no-sync", "mypy")
$Tests = if ($args.Count -gt 0) { $args } else { @("tests", "-n", "2", "--dist", "worksteal") }
Invoke-Step $Uv (@("run", "--no-sync", "python", "-m", "pytest") + $Tests)

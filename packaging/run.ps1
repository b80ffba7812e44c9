# Opens the program on the demo project:  powershell -ExecutionPolicy Bypass -File packaging\run.ps1
Set-Location (Join-Path $PSScriptRoot "..")
. (Join-Path $PSScriptRoot "prepare.ps1")
$Uv = Get-Uv
# Inexact: what the test command brought stays.
Install-Packages $Uv @("--no-dev", "--inexact")
Invoke-Step $Uv @("run", "--no-sync", "python", "-m", "app", "--demo")

# Audits what the program is made of:  powershell -ExecutionPolicy Bypass -File packaging\audit.ps1
# Pins, licences, known vulnerabilities (packaging\audit.py says how it ends).
Set-Location (Join-Path $PSScriptRoot "..")
. (Join-Path $PSScriptRoot "prepare.ps1")
$Uv = Get-Uv
Install-Packages $Uv @("--inexact")
Invoke-Step $Uv @("run", "--no-sync", "python", "packaging\audit.py", $Uv, "tool", "run", "--from", "pip-audit==2.10.1", "pip-audit")

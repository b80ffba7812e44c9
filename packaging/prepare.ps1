# Dot-sourced by run.ps1 and test.ps1: brings uv and the Python packages. Windows PowerShell 5.1 or newer.
$ErrorActionPreference = "Stop"

function Stop-WithSentence([string] $Sentence) {
    [Console]::Error.WriteLine($Sentence)
    exit 1
}

function Invoke-Step([string] $Command, [string[]] $Arguments) {
    # A program that ends with an error ends the script, with the same exit code.
    & $Command @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Find-Python {
    # The launcher first: the name "python" may be a stub that only opens the store.
    foreach ($Candidate in @(@("py", "-3.11"), @("py", "-3.12"), @("python"), @("python3"))) {
        $Name = $Candidate[0]
        $Rest = @($Candidate | Select-Object -Skip 1)
        if (-not (Get-Command $Name -ErrorAction SilentlyContinue)) { continue }
        try {
            & $Name @Rest -c "import ensurepip, venv" 2>$null
            if ($LASTEXITCODE -eq 0) { return , $Candidate }
        } catch { continue }
    }
    return $null
}

function Get-Uv {
    $Found = Get-Command uv -ErrorAction SilentlyContinue
    if ($Found) { return $Found.Source }
    $Tools = Join-Path $env:LOCALAPPDATA "sa2va-annotator\uv"
    $Uv = Join-Path $Tools "Scripts\uv.exe"
    if (Test-Path $Uv) { return $Uv }
    [Console]::Error.WriteLine("Bringing uv, the installer of the Python packages ...")
    $Python = Find-Python
    if (-not $Python) {
        Stop-WithSentence "Python 3.11 is missing. Please run this one command and start again:  winget install Python.Python.3.11"
    }
    $Rest = @($Python | Select-Object -Skip 1)
    Invoke-Step $Python[0] ($Rest + @("-m", "venv", "--clear", $Tools)) | Out-Null
    Invoke-Step (Join-Path $Tools "Scripts\python.exe") @("-m", "pip", "install", "-q", "--disable-pip-version-check", "uv") | Out-Null
    return $Uv
}

function Install-Packages([string] $Uv, [string[]] $Arguments) {
    [Console]::Error.WriteLine("Installing the Python packages (the first time takes some minutes) ...")
    Invoke-Step $Uv (@("sync", "--quiet") + $Arguments)
}

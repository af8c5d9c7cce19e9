//! The `vestigo` program: hands the command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    vestigo::cli::main()
}

//! What `bench_lab::quick` asks of every bench; and of this one, a server of this machine as its
//! target.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use bench_lab::quick::Quick;

const BENCH: Quick = Quick {
    program: env!("CARGO_BIN_EXE_k01-bench"),
    way: "runtime",
    ways: &[
        "threads",
        "tokio current-thread",
        "tokio multi-thread",
        "async-std",
        "rayon",
        "run_all and CpuPool",
    ],
    number: "served",
    point: "2x20",
    server: false,
};

bench_lab::quick_tests!(BENCH);

/// Answers every request on every connection, for ever; or one on each, as HTTP/1.0 has it.
fn server(closes: bool) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            std::thread::spawn(move || {
                let mut seen = Vec::new();
                let mut bytes = [0; 512];
                while let Ok(count @ 1..) = stream.read(&mut bytes) {
                    seen.extend_from_slice(&bytes[..count]);
                    if seen.ends_with(b"\r\n\r\n") {
                        seen.clear();
                        let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                        if stream.write_all(reply).is_err() || closes {
                            return;
                        }
                    }
                }
            });
        }
    });
    port
}

#[test]
fn any_server_of_this_machine_can_be_measured() {
    measured(server(false));
}

/// More requests than connections: each connection would have to be used again.
#[test]
fn so_can_one_that_closes_its_connections() {
    measured(server(true));
}

fn measured(port: u16) {
    let url = format!("http://127.0.0.1:{port}/");
    let asked = ["--target", &url, "--rate", "100", "--quick", "--points", "3x1", "--json"];
    let (output, told) = BENCH.told(&asked).expect("no other server is needed");
    assert!(output.status.success(), "{told}");
    let report = jzon::parse(&told).expect("JSON alone on stdout");
    let point = &report["points"][0];
    assert_eq!((&point["connections"], &point["errors"]), (&3.into(), &0.into()), "{point}");
    assert!(point["served"].as_u64().is_some_and(|served| served > 0), "{point}");
}

#[test]
fn servers_of_others_are_refused() {
    for url in ["http://example.com/", "http://10.1.2.3:80/", "https://127.0.0.1/"] {
        let output = BENCH.run(&["--target", url]);
        assert_eq!(output.status.code(), Some(2), "{url}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(url), "{output:?}");
    }
    let output = BENCH.run(&["--target", "http://127.0.0.1:1/", "--rate", "0"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(BENCH.run(&["--target", "http://127.0.0.1:1/"]).status.code(), Some(1));
}

//! The least work an import can be: read, hash, compress, parse, write nothing.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use crossbeam_channel::bounded;
use sha2::{Digest, Sha256};
use vestigo::parse::{Framer, Framing, ParseOptions, Parser, Plan};
use vestigo::record::{Event, Timestamp as Moment};

const CHUNK: usize = 4 << 20;

/// Gives the seconds it takes on every processor.
pub fn seconds(log: &Path) -> f64 {
    let mut sample = vec![0; 256 * 1024];
    File::open(log)
        .and_then(|mut file| file.read_exact(&mut sample))
        .expect("the log is larger than a sample");
    let plan = Plan::decide(&sample, false, &ParseOptions::default(), None, Moment::from_secs(2_000_000_000))
        .expect("it is an access log");
    let parser = Parser::new(&plan).expect("the plan was just made");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (send, take) = bounded::<Vec<u8>>(threads * 2);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (take, parser) = (take.clone(), &parser);
            scope.spawn(move || take.iter().for_each(|chunk| work(&chunk, parser)));
        }
        drop(take);
        let (mut file, mut hash, mut rest) =
            (File::open(log).expect("it is there"), Sha256::new(), Vec::new());
        loop {
            let mut chunk = std::mem::take(&mut rest);
            let before = chunk.len();
            (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).expect("it can be read");
            if chunk.len() == before {
                break;
            }
            hash.update(&chunk[before..]);
            let end = memchr::memrchr(b'\n', &chunk).map_or(chunk.len(), |at| at + 1);
            rest = chunk.split_off(end);
            send.send(chunk).expect("the workers wait for it");
        }
        drop(send);
        std::hint::black_box(hash.finalize());
    });
    started.elapsed().as_secs_f64()
}

fn work(chunk: &[u8], parser: &Parser) {
    for frame in chunk.chunks(vestigo::evidence::FRAME_BYTES) {
        std::hint::black_box(zstd::bulk::compress(frame, 3).expect("memory suffices"));
    }
    let mut records = Vec::new();
    Framer::new(Framing::Lines).feed(chunk, true, &mut records);
    let mut at = 0;
    let mut kept = Event::default();
    for record in &records {
        let text = String::from_utf8_lossy(&chunk[at..at + record.text as usize]);
        at += record.length();
        let mut event = kept.recycle();
        parser.read(0, record.part, &text, &mut event);
        kept = std::hint::black_box(event).recycle();
    }
}

package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/** Another process that holds regions. */
final class RegionProcess {
    private static final List<IpcServer> SERVERS = new CopyOnWriteArrayList<>();
    private static SharedRegion held;

    private RegionProcess() {}

    public static void main(String[] arguments) {
        CommandLoop.run(RegionProcess::run);
    }

    private static String run(String command, List<String> words) {
        switch (command) {
            case "create" -> held = SharedRegion.create(words.get(0), Long.parseLong(words.get(1)));
            case "open" -> held = SharedRegion.open(words.get(0));
            case "close" -> held.close();
            case "fill" -> held.write(region -> fill(region.buffer(), Byte.parseByte(words.get(0))));
            case "fillForever" -> daemon(RegionProcess::fillForever);
            case "stopInMidWrite" -> daemon(() -> held.write(RegionProcess::stopInMidWrite));
            case "serve" -> SERVERS.add(serve(words.get(0)));
            case "complement" -> {
                return Long.toString(complement(Long.parseLong(words.get(0))));
            }
            case "crc" -> {
                return Long.toString(held.read(region -> crc(region.buffer())));
            }
            case "handle" -> {
                return hex(held.handle());
            }
            default -> throw new IllegalArgumentException(command);
        }
        return "";
    }

    /** Turns all bits of eight bytes over; returns what they were. */
    private static long complement(long offset) {
        long[] found = new long[1];
        held.write(region -> {
            ByteBuffer window = region.buffer(offset, Long.BYTES);
            found[0] = window.getLong(0);
            window.putLong(0, ~found[0]);
        });
        return found[0];
    }

    /** Answers with the checksum of a region that it maps, and with what its buffer is. */
    private static IpcServer serve(String endpoint) {
        return IpcServer.builder(endpoint)
                .service("checksum", request -> {
                    try (SharedRegion region =
                            SharedRegion.open(request.message().getValueSet("region"))) {
                        return ValueSet.of(
                                "crc",
                                region.read(r -> crc(r.buffer())),
                                "readOnly",
                                region.buffer().isReadOnly());
                    }
                })
                .start();
    }

    static long crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    static void fill(ByteBuffer bytes, byte value) {
        while (bytes.hasRemaining()) {
            bytes.put(value);
        }
    }

    static String hex(ValueSet handle) {
        return HexFormat.of().formatHex(handle.toCbor());
    }

    static ValueSet handle(String hex) {
        return ValueSet.fromCbor(HexFormat.of().parseHex(hex));
    }

    @SuppressWarnings("InfiniteLoopStatement") // until it is killed
    private static void fillForever() {
        for (byte value = 0; ; value++) {
            byte now = value;
            held.write(region -> fill(region.buffer(), now));
        }
    }

    @SuppressWarnings("InfiniteLoopStatement") // until it is killed
    private static void stopInMidWrite(SharedRegion region) {
        region.buffer(0, region.size() / 2).put(new byte[(int) (region.size() / 2)]);
        CommandLoop.say("half");
        while (true) {
            LockSupport.park();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "region");
        thread.setDaemon(true);
        thread.start();
    }
}

package io.valise.ipc.services.catalog;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * One look at the servers of some transports, all at the same time and within one deadline, however many do not answer. For one
 * thread, and one use.
 *
 * <p>All connect before any is asked: so each server counts exactly as many connections of this look as it gives answers. Who
 * needs more than half of the time to connect is asked when it has.
 */
final class Look {
    private static final SafeLog LOG = SafeLog.of(Look.class);
    private static final int AT_ONCE = 256;

    private final long begun = System.nanoTime();
    private final long nanos;
    private final ValueSet question;
    private final ExecutorService askers = Threads.pool("valise-asker", AT_ONCE);

    Look(Duration timeout, ValueSet question) {
        nanos = timeout.toNanos();
        this.question = question;
    }

    /** What a transport lists: its servers, or why there are none. */
    private record Listed(List<FoundServer> servers, Optional<IpcException> failure) {}

    /** What comes of one server. */
    private record Inquiry(
            Endpoint endpoint, CompletableFuture<Probe> connected, CompletableFuture<ServerStatus> answered) {}

    /** The status of each server, in the order of the sources, by name. */
    List<ServerStatus> at(List<Source> sources) {
        try {
            List<CompletableFuture<Listed>> lists = sources.stream()
                    .map(source -> CompletableFuture.supplyAsync(() -> list(source.transport()), askers))
                    .toList();
            List<Inquiry> all = inquire(lists);
            List<ServerStatus> answers =
                    all.stream().map(each -> each.answered().join()).toList();
            close(all);
            for (int i = 0; i < lists.size(); i++) {
                lists.get(i).join().failure().ifPresent(sources.get(i).unlisted());
            }
            return answers.stream().map(each -> each.withoutProbes(answers)).toList();
        } finally {
            askers.shutdown();
        }
    }

    private Listed list(Transport transport) {
        boolean far = transport.reach() == Transport.Reach.NETWORK;
        Availability here = Availability.of(transport);
        if (!here.available()) {
            return new Listed(List.of(), far ? Optional.of(here.refusal()) : Optional.empty());
        }
        try {
            return new Listed(
                    transport.servers(left().toNanos()).stream()
                            .sorted(Comparator.comparing(
                                    server -> server.endpoint().name()))
                            .toList(),
                    Optional.empty());
        } catch (RuntimeException e) {
            if (far) {
                return new Listed(List.of(), Optional.of(e instanceof IpcException known ? known : unknown(transport, e)));
            }
            LOG.log(Level.WARNING, "the servers of " + transport.scheme() + ": cannot be listed: " + e.getMessage(), e);
            return new Listed(List.of(), Optional.empty());
        }
    }

    private static IpcException unknown(Transport transport, RuntimeException failure) {
        return new IpcException(
                IpcStatus.UNSUPPORTED, transport.scheme() + ": " + failure, Delivery.NOT_SENT, failure);
    }

    /** A network that takes more than half of the time to list its servers keeps no other servers waiting. */
    private List<Inquiry> inquire(List<CompletableFuture<Listed>> lists) {
        List<Inquiry> all = new ArrayList<>();
        List<CompletableFuture<Listed>> late = new ArrayList<>();
        for (CompletableFuture<Listed> list : lists) {
            await(list, half());
            if (list.isDone()) {
                list.join().servers().forEach(server -> all.add(connect(server)));
            } else {
                late.add(list);
            }
        }
        ask(all);
        for (CompletableFuture<Listed> list : late) {
            List<Inquiry> more =
                    list.join().servers().stream().map(this::connect).toList();
            more.forEach(this::askWhenConnected);
            all.addAll(more);
        }
        return all;
    }

    private Inquiry connect(FoundServer server) {
        return new Inquiry(
                server.endpoint(),
                CompletableFuture.supplyAsync(() -> Probe.connect(server, left()), askers),
                new CompletableFuture<>());
    }

    private void ask(List<Inquiry> all) {
        all.forEach(each -> await(each.connected(), half()));
        Map<Boolean, List<Inquiry>> ready = all.stream()
                .collect(Collectors.partitioningBy(each -> each.connected().isDone()));
        Objects.requireNonNull(ready.get(false)).forEach(this::askWhenConnected);
        Map<String, List<Inquiry>> byName = Objects.requireNonNull(ready.get(true)).stream()
                .collect(Collectors.groupingBy(each -> each.endpoint().name()));
        byName.values().forEach(group -> askers.execute(() -> askInTurn(group)));
    }

    private void askWhenConnected(Inquiry late) {
        late.connected()
                .whenComplete((connected, failure) -> ask(late))
                .exceptionally(handedOn -> null);
    }

    /**
     * Addresses of one name, most likely of one server, are asked one after the other: then each answer counts what this look
     * adds the same every time. One that does not answer keeps the others waiting for a part of the time only.
     */
    private void askInTurn(List<Inquiry> group) {
        long turn = left().toNanos() / (2L * group.size());
        for (Inquiry each : group) {
            ask(each);
            await(each.answered(), turn);
        }
    }

    private void ask(Inquiry inquiry) {
        try {
            inquiry.connected()
                    .join()
                    .ask(question, left())
                    .thenAccept(inquiry.answered()::complete)
                    .exceptionally(failure -> {
                        inquiry.answered().completeExceptionally(failure);
                        return null;
                    });
        } catch (RuntimeException | Error e) { // nothing is left unanswered
            inquiry.answered().completeExceptionally(e);
        }
    }

    private void close(List<Inquiry> all) {
        all.stream()
                .map(each -> each.connected().thenAcceptAsync(Probe::close, askers))
                .toList()
                .forEach(CompletableFuture::join);
    }

    /** What is left of half of the time, in nanoseconds. */
    private long half() {
        return Math.max(1, nanos / 2 - (System.nanoTime() - begun));
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), nanos - (System.nanoTime() - begun)));
    }

    /** An interrupt does not end a look; it stays set. */
    private static void await(CompletableFuture<?> future, long nanos) {
        try {
            future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.log(Level.DEBUG, "a server that is looked for", e);
        }
    }
}

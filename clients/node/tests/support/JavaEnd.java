import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.pipes.ChildPipes;
import io.valise.ipc.services.objects.RemoteInterface;
import io.valise.ipc.services.objects.RemoteObject;
import io.valise.ipc.services.objects.RemoteObjects;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/** The Java side of tests that the command has no words for: `JavaEnd MODE ARGUMENTS…`. */
public class JavaEnd {
    public enum Colour {
        RED,
        GREEN
    }

    public record Tag(String name, Colour colour, List<Integer> sizes, Optional<String> note) {}

    @FunctionalInterface
    public interface Listener {
        void counted(long value);
    }

    @RemoteInterface("acme.Counter")
    public interface Counter {
        long add(long by, Listener listener);

        Tag tag(Tag tag);

        Flow.Publisher<Long> values();

        boolean isMine(Counter other);
    }

    @RemoteInterface("acme.Named")
    public interface Named {
        String name();
    }

    @RemoteInterface("acme.Counters")
    public interface Counters {
        Counter open(String name);
    }

    private static final class Apples implements Counter, Named {
        private final String name;
        private long sum;

        Apples(String name) {
            this.name = name;
        }

        @Override
        public synchronized long add(long by, Listener listener) {
            sum += by;
            listener.counted(sum);
            return sum;
        }

        @Override
        public Tag tag(Tag tag) {
            return new Tag(tag.name() + "!", Colour.GREEN, List.of(1, 2), Optional.of("note"));
        }

        @Override
        public Flow.Publisher<Long> values() {
            return subscriber -> {
                SubmissionPublisher<Long> publisher = new SubmissionPublisher<>();
                publisher.subscribe(subscriber);
                publisher.submit(1L);
                publisher.submit(2L);
                publisher.close();
            };
        }

        @Override
        public boolean isMine(Counter other) {
            return other == this;
        }

        @Override
        public String name() {
            return name;
        }
    }

    public static void main(String[] args) throws Exception {
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        switch (args[0]) {
            case "child" -> child();
            case "knock" -> knock(rest[0]);
            case "parent" -> parent(rest);
            case "guard" -> guard(rest[0], rest[1]);
            case "trade" -> trade(rest[0], rest[1]);
            case "export" -> export(rest[0]);
            case "count" -> count(rest[0]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void child() {
        System.out.println("noise of a Java child");
        IpcConnection parent = ChildPipes.parent(child -> child.service("echo", request -> request.message()));
        parent.closed().toCompletableFuture().join();
    }

    /** Tries to connect for each line of standard input, and prints the line and the status. */
    private static void knock(String address) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            try (IpcConnection connection = IpcClient.connect(address)) {
                System.out.println(line + " OK");
            } catch (IpcException refused) {
                System.out.println(line + " " + refused.status());
            }
        }
    }

    private static void parent(String[] command) {
        try (IpcConnection child = ChildPipes.spawn(command)) {
            System.out.println("answered " + child.request("echo", ValueSet.of("n", 1)).getInt("n"));
        }
    }

    private static void serve(IpcServer server) throws Exception {
        System.out.println("ready");
        System.in.read();
        server.close();
    }

    /** A server of that publisher, with one service that needs the capability; issues a grant of it. */
    private static void guard(String address, String trader) throws Exception {
        AppIdentity owner = AppIdentity.open("owner", "desk");
        CapabilityGrant.issue(owner, "orders.place", trader, Instant.parse("2100-01-01T00:00:00Z"))
                .write(Path.of(System.getenv("VALISE_HOME"), "java.grant"));
        serve(IpcServer.builder(address)
                .identity(owner)
                .access(AccessPolicy.requireCapability("orders.place"))
                .service("place", request -> ValueSet.of(
                        "by", request.connection().peer().applicationId().orElse("unknown")))
                .start());
    }

    private static void trade(String address, String grant) {
        AppIdentity trader = AppIdentity.open("broker", "trader");
        IpcClient.Builder plain = IpcClient.builder(address).identity(trader);
        try (IpcConnection without = plain.connect()) {
            without.request("place", ValueSet.empty());
        } catch (IpcException e) {
            System.out.println("without a grant: " + e.status() + ' ' + e.delivery());
        }
        try (IpcConnection with = plain.grant(CapabilityGrant.read(Path.of(grant))).connect()) {
            System.out.println("with a grant: " + with.request("place", ValueSet.empty()).getString("by"));
            System.out.println("server: " + with.peer().applicationId().orElse("unknown"));
        }
    }

    private static void export(String address) throws Exception {
        IpcServer.Builder builder = IpcServer.builder(address)
                .service("tag", Tag.class, Tag.class, tag -> new Tag(tag.name(), Colour.GREEN, tag.sizes(), tag.note()));
        serve(RemoteObjects.export(Counters.class, Apples::new).addTo(builder).start());
    }

    private static void count(String address) throws Exception {
        try (IpcConnection connection = IpcClient.connect(address)) {
            Counter counter = RemoteObjects.of(connection).remote(Counters.class).open("apples");
            CompletableFuture<Long> heard = new CompletableFuture<>();
            System.out.println("sum " + counter.add(5, heard::complete) + " heard " + heard.get());
            System.out.println(counter.tag(new Tag("a", Colour.RED, List.of(7), Optional.empty())));
            System.out.println("mine " + counter.isMine(counter));
            StringBuilder values = new StringBuilder();
            CompletableFuture<String> all = new CompletableFuture<>();
            counter.values().subscribe(new Flow.Subscriber<Long>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(10);
                }

                @Override
                public void onNext(Long value) {
                    values.append(value).append(' ');
                }

                @Override
                public void onError(Throwable failure) {
                    all.completeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    all.complete(values.toString());
                }
            });
            System.out.println("values " + all.get());
            System.out.println("name " + RemoteObject.of(counter).as(Named.class).name());
        }
    }
}

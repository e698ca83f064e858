package io.valise.ipc.services.objects;

import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A process that makes objects by the names of their classes, registers objects, and finds those of others. */
final class ActivationClient implements CommandLoop.Commands {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int THREADS = 4;

    private final ObjectActivator objects =
            ObjectActivator.open(client -> client.connectTimeout(LONGEST).requestTimeout(LONGEST));
    private final Map<String, RunningObject> registered = new HashMap<>();
    private @Nullable Sheet sheet;

    private ActivationClient() {}

    public static void main(String[] arguments) {
        CommandLoop.run(new ActivationClient());
    }

    @Override
    public @Nullable String run(String command, List<String> words) {
        return switch (command) {
            case "create" -> keep(objects.create(words.get(0), Sheet.class));
            case "createMany" -> createMany(words.get(0));
            case "running" ->
                objects.running(words.get(0), Sheet.class).map(this::keep).orElse("none");
            case "add" -> String.valueOf(sheet().add(Long.parseLong(words.get(0))));
            case "reset" -> reset();
            case "register" -> register(words.get(0));
            case "unregister" -> unregister(words.get(0));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String keep(Sheet made) {
        sheet = made;
        return String.valueOf(made.process());
    }

    private Sheet sheet() {
        return Optional.ofNullable(sheet).orElseThrow();
    }

    /** By several threads at once; the processes that the objects live in. */
    private String createMany(String className) {
        List<CompletableFuture<Long>> made = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> objects.create(className, Sheet.class).process()))
                .limit(THREADS)
                .toList();
        return new TreeSet<>(made.stream().map(CompletableFuture::join).toList()).toString();
    }

    private @Nullable String reset() {
        sheet().as(Resettable.class).reset();
        return null;
    }

    private @Nullable String register(String name) {
        registered.put(name, RunningObject.register(name, Sheet.class, new SheetProgram.MemorySheet()));
        return null;
    }

    private @Nullable String unregister(String name) {
        Optional.ofNullable(registered.remove(name)).orElseThrow().close();
        return null;
    }
}

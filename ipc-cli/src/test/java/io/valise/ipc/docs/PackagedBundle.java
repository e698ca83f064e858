package io.valise.ipc.docs;

import io.valise.ipc.IpcServer;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** The program as a bundle: a service of OSGi that runs commands. */
public final class PackagedBundle implements BundleActivator, UnaryOperator<String> {
    @Override
    public void start(BundleContext context) {
        context.registerService(UnaryOperator.class, this, FrameworkUtil.asDictionary(Map.of()));
    }

    @Override
    public void stop(BundleContext context) {}

    @Override
    public String apply(String line) {
        List<String> words = List.of(line.split(" "));
        return switch (words.get(0)) {
            case "providers" -> providers();
            case "serve-pipe" -> servePipe(words.get(1));
            default -> PackagedProgram.run(words.get(0), words.subList(1, words.size()));
        };
    }

    private static String providers() {
        return Providers.transports().all().stream()
                        .map(Transport::scheme)
                        .sorted()
                        .collect(Collectors.joining(" "))
                + ' '
                + Providers.starters().all().size();
    }

    /** As without a mediator: the transport is handed to the builder. */
    private static String servePipe(String address) {
        return PackagedProgram.serve(IpcServer.builder(address).transport(new PipeTransport()));
    }
}

package io.valise.ipc.cli.command;

import io.valise.ipc.Endpoint;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.DurationConverter;
import io.valise.ipc.runtime.VersionRange;
import java.lang.module.ModuleDescriptor.Version;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * A subcommand of {@code ipc}. Using one loads no class of another. Immutable.
 *
 * @param word the word
 * @param command makes the object that runs
 */
public record Subcommand(String word, Supplier<Object> command) {
    private static final List<Subcommand> ALL = List.of(
            new Subcommand("demo", DemoCommand::new),
            new Subcommand("serve", ServeCommand::new),
            new Subcommand("call", CallCommand::new),
            new Subcommand("send", SendCommand::new),
            new Subcommand("list", ListCommand::new),
            new Subcommand("ping", PingCommand::new),
            new Subcommand("top", TopCommand::new),
            new Subcommand("services", ServicesCommand::new),
            new Subcommand("launch", LaunchCommand::new),
            new Subcommand("share", ShareCommand::new),
            new Subcommand("redeem", RedeemCommand::new),
            new Subcommand("access", AccessCommand::new),
            new Subcommand("publisher", PublisherCommand::new),
            new Subcommand("settings", SettingsCommand::new),
            new Subcommand("named", NamedCommand::new),
            new Subcommand("identity", IdentityCommand::new),
            new Subcommand("loopback", LoopbackCommand::new),
            new Subcommand("grant", GrantCommand::new),
            new Subcommand("runtime", RuntimeCommand::new),
            new Subcommand("system", SystemCommand::new),
            new Subcommand("nats", NatsCommand::new),
            new Subcommand("doctor", DoctorCommand::new),
            new Subcommand("demo-server", DemoServerCommand::new),
            new Subcommand("demo-client", DemoClientCommand::new));

    /** The one of that word, if there is one. */
    public static Optional<Subcommand> named(String word) {
        return ALL.stream().filter(each -> each.word.equals(word)).findFirst();
    }

    /** All, in the order in which the help shows them. */
    public static List<Subcommand> all() {
        return ALL;
    }

    public void addTo(CommandLine ipc) {
        CommandLine subcommand = new CommandLine(command.get());
        subcommand.registerConverter(Endpoint.class, Endpoint::parse);
        subcommand.registerConverter(ApplicationName.class, ApplicationName::parse);
        subcommand.registerConverter(Duration.class, new DurationConverter());
        subcommand.registerConverter(Version.class, Version::parse);
        subcommand.registerConverter(VersionRange.class, VersionRange::parse);
        ipc.addSubcommand(word, subcommand);
    }
}

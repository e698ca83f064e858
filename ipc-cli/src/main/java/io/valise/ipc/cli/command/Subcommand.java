package io.valise.ipc.cli.command;

import io.valise.ipc.Endpoint;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.DurationConverter;
import io.valise.ipc.runtime.VersionRange;
import java.lang.module.ModuleDescriptor.Version;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

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
            new Subcommand("schema", SchemaCommand::new),
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
        subcommand.registerConverter(Endpoint.class, plain(Endpoint::parse));
        subcommand.registerConverter(ApplicationName.class, ApplicationName::parse);
        subcommand.registerConverter(Duration.class, new DurationConverter());
        subcommand.registerConverter(Version.class, Subcommand::version);
        subcommand.registerConverter(VersionRange.class, plain(VersionRange::parse));
        ipc.addSubcommand(word, subcommand);
    }

    /** What is wrong, without the names of Java's classes. */
    private static <T> ITypeConverter<T> plain(Function<String, T> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
    }

    private static Version version(String text) {
        try {
            return Version.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("expected a version such as 1.2, actual=\"" + text + '"');
        }
    }
}

package io.valise.ipc.identity;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The grants that a publisher of this user has issued, and those that it has revoked. A copy of each issued grant lies in
 * the folder {@code grants} of the configuration folder until it expires. What is revoked counts at every server of the
 * publisher that this user runs, also for connections that are open, within a second, and the publisher's key stays as it
 * is.
 *
 * <pre>{@code
 * IssuedGrants grants = IssuedGrants.of(quotes);
 * CapabilityGrant grant = grants.add(CapabilityGrant.issue(quotes, "quotes.read", applicationIds, expires));
 * grants.revoke(grant);
 * }</pre>
 *
 * <p>Errors are {@link IpcException}s: {@code ACCESS_DENIED} when owner, mode or kind of a file or the folder are not as
 * they must be, {@code PROTOCOL_ERROR} when a file is damaged, {@code RESOURCE_EXHAUSTED} when the file system fails.
 * Thread-safe, and safe among processes.
 *
 * @since 0.1.0
 */
public final class IssuedGrants {
    /** The most grants of a publisher of which copies are kept, and the most that are revoked, without expired ones. */
    public static final int MAX_GRANTS = RevokedGrants.MOST;

    private static final Logger LOG = SafeLog.of(IssuedGrants.class);
    private static final String SUFFIX = ".grant";

    private final AppIdentity owner;
    private final RevokedGrants revoked;

    private IssuedGrants(AppIdentity owner) {
        this.owner = owner;
        this.revoked = new RevokedGrants(owner.publisherId());
    }

    /** Those of an application's publisher. Nothing is read or created yet. */
    public static IssuedGrants of(AppIdentity owner) {
        return new IssuedGrants(owner);
    }

    /**
     * Keeps a copy of a grant, so that it is listed. Copies of grants that have expired are removed; one that cannot be read
     * is left as it is, with a line in the log.
     *
     * @return the grant
     * @throws IllegalArgumentException when another publisher issued it, or when it was revoked: a grant for the same
     *     applications that ends in the same second says the same as a revoked one, and is it
     * @throws IpcException {@code RESOURCE_EXHAUSTED} too when there are {@value #MAX_GRANTS}; as the class says
     */
    public CapabilityGrant add(CapabilityGrant grant) {
        requireOwn(grant);
        if (revoked.all().containsKey(grant.id())) {
            throw new IllegalArgumentException("grant " + grant.id() + ": one that says the same, until "
                    + grant.expires() + ", was revoked, for good: issue one that ends at another time");
        }
        Path folder = ConfigurationDirectory.folder(RevokedGrants.FOLDER);
        return ConfigurationDirectory.locked(folder, () -> {
            Instant now = Instant.now();
            List<CapabilityGrant> kept = in(folder, unreadable -> LOG.log(Level.WARNING, unreadable.reason()));
            kept.stream()
                    .filter(old -> !now.isBefore(old.expires()))
                    .forEach(old -> PrivateFile.remove(file(folder, old)));
            long good = kept.stream().filter(old -> now.isBefore(old.expires())).count();
            if (good >= MAX_GRANTS) {
                throw new IpcException(
                        IpcStatus.RESOURCE_EXHAUSTED,
                        "grants of publisher " + owner.publisherId() + ": limit=" + MAX_GRANTS + ", actual="
                                + (good + 1) + ": issue one for several applications, or let some expire",
                        Delivery.NOT_SENT);
            }
            PrivateFile.write(file(folder, grant), grant.text());
            return grant;
        });
    }

    /**
     * The grants of which there is a copy, those that expire first at the beginning; creates nothing.
     *
     * @throws IpcException as the class says, also when a single copy cannot be read
     */
    public List<CapabilityGrant> list() {
        return list(unreadable -> {
            throw unreadable;
        });
    }

    /**
     * The same, without the copies that cannot be read.
     *
     * @param unreadable is given the error of each of these, which names its file
     * @throws IpcException as the class says, of the folder
     */
    public List<CapabilityGrant> list(Consumer<IpcException> unreadable) {
        return ConfigurationDirectory.existing(RevokedGrants.FOLDER)
                .map(folder -> in(folder, unreadable))
                .orElse(List.of());
    }

    private List<CapabilityGrant> in(Path folder, Consumer<IpcException> unreadable) {
        String prefix = owner.publisherId() + '_';
        List<CapabilityGrant> found = new ArrayList<>();
        for (Path file : PrivateFile.list(folder, prefix)) {
            String name = file.getFileName().toString();
            if (name.startsWith(prefix) && name.endsWith(SUFFIX)) {
                try {
                    read(file).ifPresent(found::add);
                } catch (IpcException e) {
                    unreadable.accept(e);
                }
            }
        }
        found.sort(Comparator.comparing(CapabilityGrant::expires).thenComparing(CapabilityGrant::id));
        return found;
    }

    /** Empty when another process has just removed it, since it expired. */
    private Optional<CapabilityGrant> read(Path file) {
        String what = "capability grant " + file;
        String remedy = ": remove this copy";
        Optional<CapabilityGrant> grant = PrivateFile.read(file, CapabilityGrant.MAX_CHARACTERS)
                .map(text -> CapabilityGrant.parse(what, text, remedy));
        if (grant.isPresent() && !isCopy(file, grant.get())) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    what + ": its name is not that of the grant " + grant.get().id() + " in it" + remedy,
                    Delivery.NOT_SENT);
        }
        return grant;
    }

    /** A grant that was changed has another id. */
    private boolean isCopy(Path file, CapabilityGrant grant) {
        return file.endsWith(name(grant)) && grant.names(owner.publicKey());
    }

    private Path file(Path folder, CapabilityGrant grant) {
        return folder.resolve(name(grant));
    }

    private String name(CapabilityGrant grant) {
        return owner.publisherId() + '_' + grant.id() + SUFFIX;
    }

    /**
     * Revokes a grant, whether there is a copy of it or not; for good. It is on the disk when this returns. A grant that was
     * revoked, or has expired, is left as it is.
     *
     * @throws IllegalArgumentException when another publisher issued it
     * @throws IpcException {@code RESOURCE_EXHAUSTED} too when {@value #MAX_GRANTS} are revoked; as the class says
     */
    public void revoke(CapabilityGrant grant) {
        requireOwn(grant);
        revoked.add(grant);
    }

    /** The ids of the grants that are revoked and would not have expired. */
    public Set<String> revoked() {
        return Set.copyOf(revoked.all().keySet());
    }

    /** Whether this publisher issued a grant: its signature fits. */
    public boolean issued(CapabilityGrant grant) {
        return grant.isSignedBy(owner.publicKey());
    }

    private void requireOwn(CapabilityGrant grant) {
        if (!issued(grant)) {
            throw new IllegalArgumentException("grant " + grant.id() + ": expected one of publisher "
                    + owner.publisherId() + ", actual=another's");
        }
    }
}

package edgeloop.cli.load;

import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.protocol.Resolver;
import java.time.InstantSource;

/**
 * What a run asks of the machine beside the kernel that its reactor calls. Programs have {@link
 * #OWN}; a simulation has its own for all of it, so that a run is the same each time.
 *
 * @param resolver knows the addresses of names
 * @param clock the time of day
 * @param meter tells what the tester uses
 */
record Machine(Resolver resolver, InstantSource clock, Meter meter) {
    /** This machine. */
    static final Machine OWN = new Machine(Resolver.SYSTEM, InstantSource.system(), Meter.SYSTEM);
}

/* command.h: the subcommands of `mxward`. Each gets its own argc and argv, argv[0] being its name, understands --help, and
 * returns the exit status. The table is in main.c. */
#ifndef MODULE_COMMAND_H
#define MODULE_COMMAND_H

enum {
	EXIT_USAGE = 64,    /* the command line is wrong (sysexits.h, EX_USAGE) */
	EXIT_SOFTWARE = 70, /* memory is out, or output cannot be written (EX_SOFTWARE) */
	EXIT_CONFIG = 78,   /* the configuration file is wrong (EX_CONFIG) */
};

int command_serve(int argc, char **argv);
int command_checkconf(int argc, char **argv);
int command_lookup(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_log(int argc, char **argv);
int command_log_verify(int argc, char **argv); /* a part of it */
int command_history(int argc, char **argv);
int command_reverse(int argc, char **argv);
int command_version(int argc, char **argv);

/* Those that a running server carries out (module/control/): argv[0] says which. */
int command_control(int argc, char **argv);
int command_log_level(int argc, char **argv); /* of `mxward log level` */

/* Not for people: what a resolver process runs, with its end of the socket pair and its configuration inherited. */
int command_resolver(int argc, char **argv);

/* Nor this: the inspection process, started in the same way. */
int command_inspect(int argc, char **argv);

#endif

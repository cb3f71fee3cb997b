BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE artifact (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12), 
	sample_id VARCHAR(12), 
	name VARCHAR(200) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	created_at FLOAT NOT NULL, 
	purged_at FLOAT, 
	CONSTRAINT pk_artifact PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_artifact_project_id_run_id_name UNIQUE (project_id, run_id, name), 
	CONSTRAINT uq_artifact_project_id_sample_id_name UNIQUE (project_id, sample_id, name), 
	CONSTRAINT fk_artifact_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_artifact_project_id_sample_id FOREIGN KEY(project_id, sample_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_artifact_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "artifact" VALUES('27ae9a33e193','167cfc0e9112','0123456789ab',NULL,'log.txt','39847d99987d56ac8a47250a9a702b80ea85bcdf1220404e08f6777373d921fd',10,1.79522266933423614498e+09,NULL);
INSERT INTO "artifact" VALUES('d3298146358c','167cfc0e9112',NULL,'43685a70092d','xrd.csv','64f8706decc5fcc52834739df900c9dcee28efd9ea3860b5e34585eb46712882',31,1.79522266937934422493e+09,NULL);
INSERT INTO "artifact" VALUES('3df1867a90f3','167cfc0e9112',NULL,NULL,'xrd_pattern-fa561a8130fb.npy','fa561a8130fb03db1c68d24f96687283faf377e59af8c7f64655abf3a45d1ba7',160,1.79522266939346075058e+09,NULL);
INSERT INTO "artifact" VALUES('b796e773e42a','167cfc0e9112','0123456789ab',NULL,'trajectory.xyz','cd32f6300e1bbd6bd5264cf97d77a4d6661eb39c683472f3a8b1046ce1e2030a',17,1.79522266941130375856e+09,1.79522266942901873587e+09);
CREATE TABLE attempt (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	number INTEGER NOT NULL, 
	folder VARCHAR(300) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	job_id VARCHAR(100), 
	worker JSON, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	ended VARCHAR(12), 
	reason TEXT NOT NULL, 
	usage JSON, 
	CONSTRAINT pk_attempt PRIMARY KEY (project_id, run_id, number), 
	CONSTRAINT fk_attempt_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_attempt_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "attempt" VALUES('167cfc0e9112','0123456789ab',1,'runs/one','process',NULL,NULL,1.79522266930853366851e+09,NULL,NULL,'COMPLETED','','{"elapsed_s":12.5,"cpu_s":12.0,"cpus":1,"gpus":0,"max_rss_bytes":400000000}');
CREATE TABLE batch (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	task VARCHAR(100) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (project_id, id), 
	CONSTRAINT fk_batch_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch" VALUES('ba0123456789','167cfc0e9112','relax','','ada',1.7952226693089809418e+09);
CREATE TABLE batch_run (
	project_id VARCHAR(12) NOT NULL, 
	batch_id VARCHAR(12) NOT NULL, 
	position INTEGER NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	reused BOOLEAN NOT NULL, 
	CONSTRAINT pk_batch_run PRIMARY KEY (project_id, batch_id, position), 
	CONSTRAINT fk_batch_run_project_id_batch_id FOREIGN KEY(project_id, batch_id) REFERENCES batch (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch_run" VALUES('167cfc0e9112','ba0123456789',0,'0123456789ab',0);
CREATE TABLE embedding (
	project_id VARCHAR(12) NOT NULL, 
	model VARCHAR(60) NOT NULL, 
	version VARCHAR(60) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	created_at FLOAT NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_embedding PRIMARY KEY (project_id, model, version, structure_id), 
	CONSTRAINT fk_embedding_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_embedding_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "embedding" VALUES('167cfc0e9112','chgnet','0.3.0','d12b13ef557e',1.79522266939969611168e+09,X'9A99193FCDCC4C3F00000000');
CREATE TABLE event (
	id VARCHAR(20) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	at FLOAT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	kind VARCHAR(50) NOT NULL, 
	subject_id VARCHAR(12) NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (project_id, id), 
	CONSTRAINT fk_event_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "event" VALUES('0660bed97f251d67fa38','167cfc0e9112',1.7952226693047344684e+09,'ada','structure.added','d12b13ef557e','{"name":"MgO","source":"MgO.cif","run":null}');
INSERT INTO "event" VALUES('0660bed97f4b9998139f','167cfc0e9112',1.79522266931493163109e+09,'ada','structure.derived','f6beae2b48ad','{"name":"MgO · relaxed","source":null,"run":"0123456789ab"}');
INSERT INTO "event" VALUES('0660bed97fd9b40b171e','167cfc0e9112',1.79522266935112667085e+09,'ada','value.recorded','0f37e3ed7131','{"property":"bulk_modulus","value":160.0,"uncertainty":null,"unit":"GPa","origin":"measured","of":"f435f2fe05d2"}');
INSERT INTO "event" VALUES('0660bed97fda5aabdea2','167cfc0e9112',1.79522266935149025918e+09,'ada','values.imported','167cfc0e9112','{"added":1,"source":null}');
INSERT INTO "event" VALUES('0660bed98001b2ff3547','167cfc0e9112',1.79522266936155438423e+09,'ada','sample.added','43685a70092d','{"name":"MgO-7","of":"MgO"}');
INSERT INTO "event" VALUES('0660bed9804acf7b7b9a','167cfc0e9112',1.79522266938026309017e+09,'ada','sample.file_added','43685a70092d','{"file":"xrd.csv","artifact":"d3298146358c","size":31}');
INSERT INTO "event" VALUES('0660bed98080fca24eba','167cfc0e9112',1.79522266939413642885e+09,'ada','value.recorded','8225ab1688e8','{"property":"xrd_pattern","value":null,"uncertainty":null,"unit":"","origin":"measured","of":"43685a70092d"}');
INSERT INTO "event" VALUES('0660bed9810be4c45dfe','167cfc0e9112',1.79522266942969632146e+09,'ada','artifact.purged','b796e773e42a','{"name":"trajectory.xyz","sha256":"cd32f6300e1bbd6bd5264cf97d77a4d6661eb39c683472f3a8b1046ce1e2030a","size":17,"run":"0123456789ab","reason":"it was large"}');
CREATE TABLE lease (
	project_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	holder VARCHAR(200) NOT NULL, 
	token BIGINT NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (project_id, name), 
	CONSTRAINT fk_lease_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "lease" VALUES('167cfc0e9112','runs','a process that ended',3,1.79522266941476488113e+09);
CREATE TABLE material (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	phase_key VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	notes TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_material PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_material_project_id_phase_key UNIQUE (project_id, phase_key), 
	CONSTRAINT fk_material_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "material" VALUES('f435f2fe05d2','167cfc0e9112','MgO|225','MgO','MgO','',1.79522266929840874664e+09);
CREATE TABLE member (
	project_id VARCHAR(12) NOT NULL, 
	person VARCHAR(63) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	added_by VARCHAR(63) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (project_id, person), 
	CONSTRAINT ck_member_role CHECK (role IN ('owner', 'editor', 'viewer')), 
	CONSTRAINT fk_member_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "member" VALUES('167cfc0e9112','ada','owner','ada',1.79522266941379451746e+09);
CREATE TABLE project (
	id VARCHAR(12) NOT NULL, 
	owner VARCHAR(63) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT uq_project_owner_name UNIQUE (owner, name)
);
INSERT INTO "project" VALUES('167cfc0e9112','','default',1.7952226689388494492e+09);
CREATE TABLE property_value (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12), 
	structure_id VARCHAR(12), 
	sample_id VARCHAR(12), 
	run_id VARCHAR(12), 
	property VARCHAR(100) NOT NULL, 
	value FLOAT, 
	artifact_id VARCHAR(12), 
	shape JSON, 
	unit VARCHAR(30) NOT NULL, 
	uncertainty FLOAT, 
	uncertainty_kind VARCHAR(20) NOT NULL, 
	origin VARCHAR(12) NOT NULL, 
	method_name VARCHAR(100) NOT NULL, 
	method_version VARCHAR(100) NOT NULL, 
	method_recipe TEXT NOT NULL, 
	converged BOOLEAN NOT NULL, 
	in_domain BOOLEAN, 
	synthetic BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	source TEXT NOT NULL, 
	note TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_property_value PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_property_value_project_id_fingerprint UNIQUE (project_id, fingerprint), 
	CONSTRAINT fk_property_value_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_property_value_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_property_value_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_property_value_project_id_sample_id FOREIGN KEY(project_id, sample_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_property_value_project_id_artifact_id FOREIGN KEY(project_id, artifact_id) REFERENCES artifact (project_id, id), 
	CONSTRAINT ck_property_value_subject CHECK (material_id IS NOT NULL OR sample_id IS NOT NULL), 
	CONSTRAINT ck_property_value_content CHECK (value IS NOT NULL OR artifact_id IS NOT NULL), 
	CONSTRAINT fk_property_value_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "property_value" VALUES('e857d4df6a9e','167cfc0e9112','f435f2fe05d2','f6beae2b48ad',NULL,'0123456789ab','bulk_modulus',151.0,NULL,NULL,'GPa',3.0,'fit','computed','CHGNet','0.3.0','7 volumes',1,NULL,0,'{"temperature_K":0.0}','','','f1ea5dcfb4e58072a3af62eee7288ab48595abf2ea3e0fd4126caccc77eea2a4','ada',1.79522266931557202343e+09);
INSERT INTO "property_value" VALUES('0f37e3ed7131','167cfc0e9112','f435f2fe05d2',NULL,NULL,NULL,'bulk_modulus',160.0,NULL,NULL,'GPa',NULL,'none','measured','literature','','',1,NULL,0,'{}','Sinogeikin 2000','','e8d93f0be016786e7038c364c6a6fd009c0f9ea00f2cd70669a9109c2e144dc1','ada',1.79522266934675550457e+09);
INSERT INTO "property_value" VALUES('8225ab1688e8','167cfc0e9112','f435f2fe05d2','d12b13ef557e','43685a70092d',NULL,'xrd_pattern',NULL,'3df1867a90f3','[2,2]','',NULL,'none','measured','XRD','','',1,NULL,0,'{"temperature_K":295.0}','','','6ed73c5a959c8d5710a35fa3b706de752926125bd324c3000de002ffbd126ca5','ada',1.7952226693804619312e+09);
CREATE TABLE run (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	parent_id VARCHAR(12), 
	task VARCHAR(100) NOT NULL, 
	task_version VARCHAR(50) NOT NULL, 
	task_reference VARCHAR(500) NOT NULL, 
	params JSON NOT NULL, 
	identity JSON NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	active_key VARCHAR(64), 
	state VARCHAR(12) NOT NULL, 
	profile VARCHAR(100) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	priority INTEGER NOT NULL, 
	resources JSON NOT NULL, 
	retry JSON NOT NULL, 
	attempt INTEGER NOT NULL, 
	not_before FLOAT NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	owner VARCHAR(100), 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	summary JSON, 
	messages JSON, 
	converged BOOLEAN, 
	error JSON, 
	CONSTRAINT pk_run PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_run_project_id_active_key UNIQUE (project_id, active_key), 
	CONSTRAINT fk_run_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run" VALUES('0123456789ab','167cfc0e9112',NULL,'relax','1','','{"calculator":"chgnet"}','{"weights":"abc"}','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','COMPLETED','process','process',0,'{"cpus":1}','{"max_attempts":3}',1,0.0,0,NULL,'','ada',1.79522266930724883082e+09,1.79522266930595254894e+09,1.79522266930595278738e+09,'{"steps":7}','[]',1,NULL);
CREATE TABLE run_input (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	position INTEGER NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_run_input PRIMARY KEY (project_id, run_id, name, position), 
	CONSTRAINT fk_run_input_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_run_input_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_run_input_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run_input" VALUES('167cfc0e9112','0123456789ab','structure',0,'d12b13ef557e');
CREATE TABLE sample (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	material_id VARCHAR(12), 
	structure_id VARCHAR(12), 
	parent_id VARCHAR(12), 
	synthesis JSON NOT NULL, 
	notes TEXT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_sample PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_sample_project_id_name UNIQUE (project_id, name), 
	CONSTRAINT fk_sample_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_sample_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_sample_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_sample_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "sample" VALUES('43685a70092d','167cfc0e9112','MgO-7','f435f2fe05d2','d12b13ef557e',NULL,'{"temperature_K":1400.0,"atmosphere":"air"}','floats in the second drawer','ada',1.79522266936117649077e+09);
CREATE TABLE setting (
	"key" VARCHAR(50) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY ("key")
);
INSERT INTO "setting" VALUES('purpose','a frozen lab');
CREATE TABLE structure (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	formula VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	chemical_system VARCHAR(200) NOT NULL, 
	elements_low BIGINT NOT NULL, 
	elements_high BIGINT NOT NULL, 
	n_elements INTEGER NOT NULL, 
	n_sites INTEGER NOT NULL, 
	periodic BOOLEAN NOT NULL, 
	ordered BOOLEAN NOT NULL, 
	space_group INTEGER, 
	space_group_symbol VARCHAR(20), 
	crystal_system VARCHAR(20), 
	density FLOAT, 
	volume_per_atom FLOAT, 
	dimensionality INTEGER, 
	digest VARCHAR(64) NOT NULL, 
	crystal_hash VARCHAR(64) NOT NULL, 
	record_key VARCHAR(100) NOT NULL, 
	original_format VARCHAR(20), 
	original_name VARCHAR(300), 
	parent_id VARCHAR(12), 
	run_id VARCHAR(12), 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	notes TEXT NOT NULL, 
	description JSON NOT NULL, 
	content JSON NOT NULL, 
	original_text TEXT, 
	CONSTRAINT pk_structure PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_structure_project_id_record_key UNIQUE (project_id, record_key), 
	CONSTRAINT fk_structure_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_structure_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_structure_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_structure_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "structure" VALUES('d12b13ef557e','167cfc0e9112','f435f2fe05d2','MgO','Mg4 O4','MgO','-Mg-O-',2176,0,2,8,1,1,225,'Fm-3m','cubic',3.5825846577400644044e+00,9.34060701599999809729e+00,3,'3c6868197bb5514ccb43c4a2bcdb79b73d1e65dee6075c40c0ce0942e5e2da6c','f161c8f19eec62fd64bc572b66799176aef495b0704c8c71e38a4a208cc59607','crystal:f161c8f19eec62fd64bc572b66799176aef495b0704c8c71e38a4a208cc59607','cif','MgO.cif',NULL,NULL,'ada',1.79522266927378249161e+09,'periclase','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.212,4.212,4.212,90.0,90.0,90.0],"conventional":[4.212,4.212,4.212],"volume":74.72485612799998,"volume_per_atom":9.340607015999998,"density":3.5825846577400644,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.212,0.0,0.0],[0.0,4.212,0.0],[0.0,0.0,4.212]],"pbc":[true,true,true]}}','data_MgO');
INSERT INTO "structure" VALUES('f6beae2b48ad','167cfc0e9112','f435f2fe05d2','MgO · relaxed','Mg4 O4','MgO','-Mg-O-',2176,0,2,8,1,1,225,'Fm-3m','cubic',3.48734375726122758365e+00,9.595703125,3,'4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e','902b51442693e216dc986b100c092331990fe14a0d9650167fb7f89ef4bd9936','run:0123456789ab:4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e',NULL,NULL,'d12b13ef557e','0123456789ab','ada',1.79522266930995798113e+09,'','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.25,4.25,4.25,90.0,90.0,90.0],"conventional":[4.25,4.25,4.25],"volume":76.765625,"volume_per_atom":9.595703125,"density":3.4873437572612276,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.25,0.0,0.0],[0.0,4.25,0.0],[0.0,0.0,4.25]],"pbc":[true,true,true]}}',NULL);
CREATE TABLE tag (
	project_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_tag PRIMARY KEY (project_id, structure_id, tag), 
	CONSTRAINT fk_tag_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_tag_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "tag" VALUES('167cfc0e9112','d12b13ef557e','rocksalt');
CREATE INDEX ix_member_person ON member (person, project_id);
CREATE INDEX ix_material_name ON material (project_id, name);
CREATE INDEX ix_material_said ON material (project_id, id) WHERE notes <> '' OR name <> reduced_formula;
CREATE INDEX ix_material_formula ON material (project_id, reduced_formula);
CREATE INDEX ix_run_parent ON run (project_id, parent_id);
CREATE INDEX ix_run_state ON run (project_id, state, priority, created_at);
CREATE INDEX ix_run_finished ON run (project_id, finished_at);
CREATE INDEX ix_run_key ON run (project_id, "key");
CREATE INDEX ix_run_created ON run (project_id, created_at);
CREATE INDEX ix_event_at ON event (project_id, at, id);
CREATE INDEX ix_event_subject ON event (project_id, subject_id, at);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE INDEX ix_structure_crystal ON structure (project_id, crystal_hash);
CREATE INDEX ix_structure_material ON structure (project_id, material_id, id);
CREATE INDEX ix_structure_formula ON structure (project_id, reduced_formula, space_group, volume_per_atom);
CREATE INDEX ix_structure_name ON structure (project_id, name);
CREATE INDEX ix_structure_created ON structure (project_id, created_at);
CREATE INDEX ix_structure_parent ON structure (project_id, parent_id);
CREATE INDEX ix_structure_facets ON structure (project_id, id, elements_low, elements_high, space_group, n_elements, n_sites, dimensionality, density, volume_per_atom, parent_id, material_id, created_at);
CREATE INDEX ix_structure_run ON structure (project_id, run_id);
CREATE INDEX ix_structure_digest ON structure (project_id, digest);
CREATE INDEX ix_batch_run_run ON batch_run (project_id, run_id);
CREATE INDEX ix_tag_tag ON tag (project_id, tag, structure_id);
CREATE INDEX ix_sample_structure ON sample (project_id, structure_id);
CREATE INDEX ix_sample_parent ON sample (project_id, parent_id);
CREATE INDEX ix_sample_material ON sample (project_id, material_id);
CREATE INDEX ix_run_input_structure ON run_input (project_id, structure_id);
CREATE INDEX ix_embedding_structure ON embedding (project_id, structure_id);
CREATE INDEX ix_embedding_created ON embedding (project_id, model, version, created_at);
CREATE INDEX ix_artifact_sha256 ON artifact (project_id, sha256);
CREATE INDEX ix_value_sample ON property_value (project_id, sample_id, property);
CREATE INDEX ix_value_material ON property_value (project_id, material_id, property);
CREATE INDEX ix_value_artifact ON property_value (project_id, artifact_id);
CREATE INDEX ix_value_structure ON property_value (project_id, structure_id, property, value, converged, synthetic, origin, method_name);
CREATE INDEX ix_value_general ON property_value (project_id, property, value, material_id, converged, synthetic, origin, method_name) WHERE structure_id IS NULL;
CREATE INDEX ix_value_property ON property_value (project_id, property, value, structure_id, converged, synthetic, origin, method_name);
CREATE INDEX ix_value_run ON property_value (project_id, run_id);
COMMIT;

-- How a company tells the stages of its journey apart: rules, who looks after each step, and where customers are touched. Until
-- somebody changes them, the product's own hold.
create table stage_rules (
  tenant_id int not null,
  document jsonb not null,
  changed_by int,
  changed_at timestamptz not null,
  primary key (tenant_id)
);
call protect('stage_rules');
